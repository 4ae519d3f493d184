"""Domains whose addresses anybody can have: they prove no organisation. Data, in the order of their names."""

_LIST = """
    010mail.com 10minutemail.com 126.com 139.com 163.com 163.net 188.com 189.cn 1secmail.com 21cn.com 263.net 33mail.com
    aim.com alice.it aliyun.com anonaddy.com aol.com arcor.de att.net autistici.org bellsouth.net bigpond.com bk.ru
    bluewin.ch bol.com.br btinternet.com burnermail.io centrum.cz charter.net cock.li comcast.net cox.net daum.net
    dispostable.com disroot.org dropmail.me duck.com earthlink.net email.com email.cz eml.cc emailondeck.com
    fastmail.com fastmail.fm firemail.de foxmail.com free.fr freemail.hu freenet.de getairmail.com getnada.com gmail.com
    gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net googlemail.com guerrillamail.com guerrillamail.net hanmail.net hey.com
    hushmail.com hotmail.com hotmail.co.uk icloud.com i.ua ig.com.br inbox.com inbox.lv inbox.ru internet.ru interia.pl
    juno.com kakao.com laposte.net libero.it list.ru live.com lycos.com mac.com mail.bg mail.com mail.de mail.ee mail.ru
    mail2world.com mailbox.org maildrop.cc mailfence.com mailinator.com mailnesia.com me.com meta.ua mohmal.com moakt.com
    mozmail.com msn.com mweb.co.za mynet.com nate.com naver.com netease.com netscape.net neuf.fr ntlworld.com
    o2.pl online.no onet.pl op.pl optonline.net optusnet.com.au orange.fr outlook.com passinbox.com pm.me post.cz
    posteo.de posteo.net proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com relay.firefox.com
    riseup.net rocketmail.com sapo.pt sbcglobal.net seznam.cz sfr.fr sharklasers.com shaw.ca simplelogin.com sina.cn
    sina.com skynet.be sky.com snapmail.cc sogou.com sohu.com spamgourmet.com startmail.com sympatico.ca systemli.org
    t-online.de talktalk.net telenet.be temp-mail.org tempmail.com terra.com.br terra.es throwawaymail.com tin.it
    tiscali.it tom.com trashmail.com tuta.com tuta.io tutamail.com tutanota.com tutanota.de ukr.net uol.com.br
    verizon.net virgilio.it virginmedia.com vip.163.com vip.qq.com vip.sina.com vodamail.co.za walla.co.il walla.com wanadoo.fr
    web.de wp.pl xtra.co.nz ya.ru yahoo.com yandex.com yandex.ru yeah.net ymail.com yopmail.com yopmail.fr zaz.com.br
    zoho.com zohomail.com zoznam.sk
"""
ANYBODY = frozenset(_LIST.split())
EVERYWHERE = frozenset(("gmx", "hotmail", "live", "outlook", "windowslive", "yahoo", "yandex"))
"""Names under which the same services are in every country: `yahoo.co.jp`, `live.fr`."""
SECOND = frozenset(("ac", "co", "com", "edu", "gov", "ne", "net", "or", "org"))
"""What stands between such a name and a country: `yahoo.co.uk`."""


def is_free_mail(domain: str) -> bool:
    """Whether anybody can have an address at this domain (in lower case, as in DNS)."""
    labels = domain.split(".")
    parents = {".".join(labels[at:]) for at in range(len(labels) - 1)}
    return bool(parents & ANYBODY) or _is_everywhere(labels)


def _is_everywhere(labels: list[str]) -> bool:
    country = len(labels[-1]) == 2
    if country and len(labels) > 2 and labels[-2] in SECOND:
        return labels[-3] in EVERYWHERE
    return country and len(labels) > 1 and labels[-2] in EVERYWHERE
