"""Which mail hosts anyone can have a mailbox at."""

# The largest providers of private mailboxes, whose many signers are no burst of theirs.
FREE_MAIL = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com"),
        *("icloud.com", "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "pm.me", "fastmail.com"),
        *("gmx.de", "gmx.net", "gmx.com", "web.de", "t-online.de", "mail.com", "zoho.com", "tutanota.com", "mail.ru"),
        *("yandex.ru", "qq.com", "163.com", "126.com", "naver.com", "orange.fr", "free.fr", "libero.it", "posteo.de"),
    }
)


def is_free_mail(host: str) -> bool:
    """Whether anyone can have a mailbox there."""
    return host in FREE_MAIL  # MERGE: organisations.is_free_mail, and this file goes
