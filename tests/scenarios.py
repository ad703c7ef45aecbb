"""What is played: every scenario with every trait at least once, and every pair of traits somewhere (tests count both)."""

from __future__ import annotations

PLAYED: dict[str, tuple[str, ...]] = {
    "entra": (
        "g2,popup,empty",
        "g3,same-tab,basic",
        "g2,same-tab,healthy,passkey",
        "g2,same-tab,revoked,reply-to,passkey",
        "g1,same-tab,wrong-mailbox,consented",
    ),
    "google": (
        "g3,same-tab,empty",
        "g1,same-tab,basic,consented",
        "g2,popup,healthy,reply-to",
        "g1,same-tab,revoked,consented",
        "g3,popup,wrong-mailbox,passkey",
    ),
    "okta-microsoft": (
        "g1,popup,empty",
        "g2,same-tab,basic,reply-to,passkey",
        "g3,same-tab,healthy,reply-to,consented",
        "g1,popup,revoked",
        "g2,popup,wrong-mailbox,reply-to,consented",
    ),
    "okta-google": (
        "g2,same-tab,empty",
        "g3,popup,basic,consented",
        "g1,popup,healthy",
        "g3,popup,revoked,reply-to",
        "g2,popup,wrong-mailbox,consented,passkey",
    ),
    "okta-federated": (
        "g3,popup,empty",
        "g1,same-tab,basic",
        "g2,popup,healthy,consented",
        "g3,same-tab,revoked,passkey",
        "g2,popup,wrong-mailbox,reply-to",
    ),
    "keycloak-microsoft": (
        "g2,popup,empty,consented",
        "g1,popup,empty,passkey",
        "g3,popup,basic,reply-to",
        "g2,same-tab,healthy,consented",
        "g1,same-tab,revoked",
        "g1,popup,wrong-mailbox",
    ),
}
CASES = [f"{name},{traits}" for name, lines in PLAYED.items() for traits in lines]
# On these the naive script connects the wrong mailbox (tests/test_naive.py), and the runbook the right one.
NAIVE = [case for case in CASES if "empty" in case and "passkey" not in case]
