"""Where identity providers ask for credentials and how they are signed out of: the same for every customer, or by pattern."""

from __future__ import annotations

# Where each of these asks for credentials (the same for every customer).
FIXED_ORIGINS: dict[str, tuple[str, ...]] = {
    "microsoft": ("https://login.microsoftonline.com", "https://login.live.com", "https://login.microsoft.com"),
    "google": ("https://accounts.google.com",),
    "atlassian": ("https://id.atlassian.com",),
}
PINGID_ORIGIN = "https://authenticator.pingone.com"

# Sign-out addresses, {url} as configured, {origin} its scheme and host. From the vendors' documentation and public automation
# code; cyberark's is an inference. None of them takes Jira along unless single logout is on.
LOGOUT_URLS: dict[str, str] = {
    "microsoft": "https://login.microsoftonline.com/common/oauth2/v2.0/logout",
    "google": "https://accounts.google.com/Logout",
    "okta": "{origin}/login/signout",
    "keycloak": "{url}/protocol/openid-connect/logout",
    "auth0": "{origin}/v2/logout",
    "adfs": "{origin}/adfs/ls/?wa=wsignout1.0",
    "pingfederate": "{origin}/idp/startSLO.ping",
    "pingone": "{url}/as/signoff",
    "onelogin": "{origin}/logout",
    "jumpcloud": "https://console.jumpcloud.com/logout",
    "cyberark": "{origin}/security/logout",
    "shibboleth": "{origin}/idp/profile/Logout",
    "simplesamlphp": "{url}/saml2/idp/SingleLogoutService.php?ReturnTo={url}/",  # without it: an error page
    "lemonldap": "{origin}/?logout=1",
}
