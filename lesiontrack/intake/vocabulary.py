"""Words of body sites, sides, picture kinds, and words that say nothing about either; English and German."""

from __future__ import annotations

import re
import unicodedata


def fold(word: str) -> str:
    """Lower case without accents: "Rücken" → "rucken"; "ß" → "ss"."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("ß", "ss"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _table(lines: str) -> dict[str, str]:
    """ "slug: word word" lines → word → slug; ä, ö, ü also as ae, oe, ue."""
    words: dict[str, str] = {}
    for line in lines.strip().splitlines():
        slug, _, names = line.partition(":")
        for name in names.split():
            words[fold(name)] = slug.strip()
            words[fold(name.replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"))] = slug.strip()
    return words


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split())


SITES = _table("""
leg: leg legs bein beine
thigh: thigh oberschenkel upperleg
lower-leg: lowerleg unterschenkel us
calf: calf wade
shin: shin schienbein tibia pretibial prätibial
knee: knee knie
popliteal-fossa: kniekehle popliteal
ankle: ankle knöchel sprunggelenk malleolus
foot: foot feet fuß füße
dorsal-foot: fußrücken vorfuß
sole: sole fußsohle sohle plantar
heel: heel ferse
toe: toe toes zeh zehe zehen
hallux: hallux großzehe bigtoe
arm: arm arms arme
upper-arm: upperarm oberarm
forearm: forearm unterarm
elbow: elbow ellbogen ellenbogen
wrist: wrist handgelenk
hand: hand hands hände
dorsal-hand: handrücken
palm: palm handfläche handteller
finger: finger fingers
thumb: thumb daumen
shoulder: shoulder schulter
axilla: axilla armpit achsel
back: back rücken
scapula: scapula schulterblatt
lower-back: lende lumbar lowerback
buttock: buttock buttocks gesäß glutaeal gluteal
sacrum: sacrum sacral kreuzbein sakral
chest: chest brust thorax brustkorb
breast: breast mamma
sternum: sternum brustbein dekolleté
abdomen: abdomen belly bauch
flank: flank flanke
trunk: trunk torso rumpf stamm
hip: hip hüfte
groin: groin leiste inguinal
genital: genital penis vulva scrotum skrotum
neck: neck hals
nape: nape nacken
head: head kopf
scalp: scalp kopfhaut
vertex: vertex kapillitium capillitium
face: face gesicht
forehead: forehead stirn
temple: temple schläfe
cheek: cheek wange
nose: nose nase
ear: ear ohr
eyelid: eyelid lid augenlid
lip: lip lippe
chin: chin kinn
jaw: jaw kiefer mandible
""")

WHOLE = {
    "leg": {"thigh", "lower-leg", "calf", "shin", "knee", "popliteal-fossa", "ankle"},
    "foot": {"dorsal-foot", "sole", "heel", "toe", "hallux", "ankle"},
    "arm": {"upper-arm", "forearm", "elbow", "wrist"},
    "hand": {"dorsal-hand", "palm", "finger", "thumb", "wrist"},
    "head": {"scalp", "vertex", "face", "forehead", "temple", "cheek", "nose", "ear", "chin", "jaw"},
    "face": {"forehead", "temple", "cheek", "nose", "eyelid", "lip", "chin", "jaw"},
    "trunk": {"back", "chest", "abdomen", "flank", "shoulder", "lower-back"},
    "lower-leg": {"calf", "shin", "ankle"},
}
"""A word for the whole says nothing beside a word for one of its parts."""

PAIRED = _words("""
leg thigh lower-leg calf shin knee popliteal-fossa ankle foot dorsal-foot sole heel toe hallux arm
upper-arm forearm elbow wrist hand dorsal-hand palm finger thumb shoulder axilla scapula buttock breast
flank hip groin temple cheek ear eyelid
""")

SIDES = _table("""
left: left links linke linker linkes linken
right: right rechts rechte rechter rechtes rechten
""")
SHORT_SIDES = {
    "l": "left",
    "li": "left",
    "lks": "left",
    "lt": "left",
    "r": "right",
    "re": "right",
    "rt": "right",
}
"""Sides only where the name has a body site: "re" is also the "concerning" of letters."""

QUALIFIERS = _table("""
upper: upper oben obere oberer oberes
lower: lower unten untere unterer unteres
inner: inner medial mediale innen innenseite
outer: outer lateral laterale außen außenseite
dorsal: dorsal
ventral: ventral anterior vorn vorne vorderseite
posterior: posterior hinten rückseite
proximal: proximal
distal: distal
""")

LESION_WORDS = _words("""
lesion lesions läsion läsionen laesion laesionen mole moles muttermal naevus nevus nävus herd herde met
mets metastasis metastases metastase metastasen tumor tumour knoten nodule wound wunde ulcer ulkus ulcus
spot fleck plaque site stelle lokalisation
""")

MODALITIES = _table("""
dermoscopic: dermoscopy dermoscopic dermatoscopy dermatoskopie dermoskopie auflicht dermlite
cross_polarised: crosspolarised crosspolarized xpol polarised polarized polarisiert
woods_lamp: woods woodlampe woodlicht
""")
OVERVIEWS = _words("overview übersicht uebersicht total wide panorama")

GENERIC = (
    _words("""
station abteilung raum zimmer ward room department unit doctor arzt ärztin team user benutzer home desktop
a an the of and und with mit ohne without von vom zur zum der die das dem den des im in am an at on um for
für fuer from to zu bei re photo photos foto fotos bild bilder image images img picture pictures pics pic
dcim camera kamera roll handy phone iphone mobile smartphone whatsapp signal telegram threema messenger
download downloads export exports import upload uploads neu neuer new ordner folder dir misc sonstige
sonstiges diverse andere other unsorted unsortiert temp tmp test backup archive archiv usb stick data
daten study studie trial cohort kohorte patients patienten patient pat pt praxis clinic klinik hospital
ambulanz dermatology dermatologie derma haut skin visit visits visite visiten follow up followup fu
kontrolle kontrollen verlauf verlaufskontrolle control check baseline screening termin therapie therapy
treatment behandlung start beginn ende end pre post prä prae before after vor nach day days week weeks tag
tage woche wochen month months monat monate year jahr injection injektion inj close closeup closeups nah
nahaufnahme detail details overview übersicht uebersicht ganz wide total mit lineal ruler scale massstab
maßstab copy copies kopie edited edit bearbeitet cropped crop zugeschnitten original originale originals
final scan scans screenshot selfie ok gut good bad best better schlecht unscharf blurry sharp large small
gross klein imiquimod aldara il il2 retinoid tretinoin dr prof med geb geboren born dob frau herr mr mrs
ms miss
""")
    | OVERVIEWS
)

INJECTION = re.compile(
    r"(?<![^\W_])(?P<when>before|after|pre|post|vor|nach)[\s_-]*(?:der[\s_-]*)?(?:inj(?:ection|ektion)?|spritze)"
    r"(?![^\W_])",
    re.I,
)
