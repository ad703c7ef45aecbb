"""Tells a code that was sent to somebody from one that an authenticator makes: sites use one field for both."""

from __future__ import annotations

# Half-hidden addresses and numbers, "we sent you", and the names of the ways that a code travels.
SENT = (
    r"\*{2,}|•{2,}|\bx{2,}[-\d]|\bsms\b|text message|texted|voice call|by e-?mail|e-?mailed|your e-?mail|per e-?mail"
    r"|\bsent\b|gesendet|geschickt|gesandt|envoyé|enviad|enviamos|inviat|verzonden|gestuurd|wysłan|skicka|sendt|lähet"
    r"|odesl|gönder|отправ|送信|送りました|メール|发送|发至|傳送|短信|簡訊|전송|보냈|문자"
    r"|(backup|recovery|rescue) code|wiederherstellungscode|code de (secours|récupération)|código de recuperación"
)
# The name of the app that makes the codes, which no vendor translates.
APP = r"authenticator|authy|totp"
