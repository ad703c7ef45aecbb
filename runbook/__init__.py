"""Connects a Jira Service Management mailbox over OAuth while single sign-on stands in the way."""

__version__ = "0.1.0"
