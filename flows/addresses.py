"""What a mail address looks like on a page."""

from __future__ import annotations

# A regular expression of JavaScript's: letters of any script, and the signs that real mailboxes have.
ADDRESS = r"/[\p{L}\p{N}_][\p{L}\p{N}_.+'!#$%&^~-]*@[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)+/gu"
