"""Words for money, signs and abbreviations by language, where CLDR has only formal names and espeak-ng none.

CLDR calls $5 "5 US dollars"; nobody says so. What stands here is what people say; the rest is CLDR's (`normal`).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

Table = MappingProxyType[str, dict[str, str]]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# The currency that a sign means, where the language does not say otherwise (`LOCAL_SIGNS`).
SIGNS: Final = MappingProxyType(
    {
        "$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY", "₹": "INR", "₽": "RUB", "₩": "KRW",
        "₪": "ILS", "₫": "VND", "₴": "UAH", "₺": "TRY", "₦": "NGN", "฿": "THB", "₱": "PHP", "₸": "KZT", "zł": "PLN",
        "Kč": "CZK", "R$": "BRL", "Ft": "HUF", "CHF": "CHF", "USD": "USD", "EUR": "EUR", "GBP": "GBP", "JPY": "JPY",
        "CNY": "CNY", "RMB": "CNY", "INR": "INR", "RUB": "RUB", "BRL": "BRL", "PLN": "PLN", "CZK": "CZK", "SEK": "SEK",
        "NOK": "NOK", "DKK": "DKK", "KRW": "KRW", "CAD": "CAD", "AUD": "AUD", "MXN": "MXN",
    }
)  # fmt: skip
LOCAL_SIGNS: Final[Table] = MappingProxyType(
    {
        "zh": {"¥": "CNY", "￥": "CNY"},
        "sv": {"kr": "SEK"},
        "nb": {"kr": "NOK"},
        "no": {"kr": "NOK"},
        "da": {"kr": "DKK", "kr.": "DKK"},
    }
)

# What is said: the names by plural category (one/other, or one/few/many), then what joins the hundredths and their
# names; "-" for none.
MONEY: Final[Table] = MappingProxyType(
    {
        "en": {
            "USD": "dollar/dollars and cent/cents", "EUR": "euro/euros and cent/cents",
            "GBP": "pound/pounds and pence", "JPY": "yen - -", "CNY": "yuan - -", "INR": "rupee/rupees and paise",
            "RUB": "rouble/roubles and kopecks", "KRW": "won - -", "CHF": "franc/francs - -", "PLN": "zloty/zlotys - -",
            "CAD": "dollar/dollars and cent/cents", "AUD": "dollar/dollars and cent/cents", "MXN": "peso/pesos - -",
        },
        "de": {
            "USD": "Dollar - -", "EUR": "Euro - -", "GBP": "Pfund - -", "JPY": "Yen - -", "CHF": "Franken - -",
            "CNY": "Yuan - -", "RUB": "Rubel - -", "PLN": "Złoty - -",
        },
        "fr": {
            "USD": "dollar/dollars - -", "EUR": "euro/euros - -", "GBP": "livre/livres - -", "JPY": "yens - -",
            "CHF": "franc/francs - -", "CAD": "dollar/dollars - -",
        },
        "es": {
            "USD": "dólar/dólares con -", "EUR": "euro/euros con -", "GBP": "libra/libras con -", "JPY": "yenes - -",
            "MXN": "peso/pesos con -",
        },
        "it": {"USD": "dollaro/dollari e -", "EUR": "euro e -", "GBP": "sterlina/sterline e -", "JPY": "yen - -"},
        "pt": {
            "USD": "dólar/dólares e cêntimos", "EUR": "euro/euros e cêntimos", "GBP": "libra/libras e -",
            "BRL": "real/reais e centavos",
        },
        "nl": {"USD": "dollar - -", "EUR": "euro - -", "GBP": "pond - -"},
        "sv": {"USD": "dollar - -", "EUR": "euro - -", "GBP": "pund - -", "SEK": "krona/kronor och öre"},
        "nb": {"USD": "dollar - -", "EUR": "euro - -", "GBP": "pund - -", "NOK": "krone/kroner og øre"},
        "da": {"USD": "dollar - -", "EUR": "euro - -", "GBP": "pund - -", "DKK": "krone/kroner og øre"},
        "pl": {
            "PLN": "złoty/złote/złotych - grosz/grosze/groszy", "EUR": "euro - cent/centy/centów",
            "USD": "dolar/dolary/dolarów - cent/centy/centów", "GBP": "funt/funty/funtów - -",
        },
        "cs": {
            "CZK": "koruna/koruny/korun - haléř/haléře/haléřů", "EUR": "euro/eura/eur - -",
            "USD": "dolar/dolary/dolarů - -",
        },
        "ru": {
            "RUB": "рубль/рубля/рублей - копейка/копейки/копеек", "EUR": "евро - цент/цента/центов",
            "USD": "доллар/доллара/долларов - цент/цента/центов", "GBP": "фунт/фунта/фунтов - -",
        },
        "uk": {
            "UAH": "гривня/гривні/гривень - копійка/копійки/копійок", "EUR": "євро - -",
            "USD": "долар/долари/доларів - -",
        },
        "tr": {"TRY": "lira - kuruş", "USD": "dolar - -", "EUR": "avro - -"},
        "el": {"EUR": "ευρώ και λεπτά", "USD": "δολάριο/δολάρια - -"},
        "he": {"ILS": "שקל/שקלים - -", "USD": "דולר - -", "EUR": "אירו - -"},
        "ar": {"USD": "دولار/دولارات/دولارا - -", "EUR": "يورو - -"},
        "hi": {"INR": "रुपया/रुपये - पैसे", "USD": "डॉलर - -", "EUR": "यूरो - -"},
        "zh": {"USD": "美元 - -", "EUR": "欧元 - -", "GBP": "英镑 - -", "JPY": "日元 - -", "CNY": "元 - -"},
        "ja": {"USD": "ドル - セント", "EUR": "ユーロ - -", "GBP": "ポンド - -", "JPY": "円 - -", "CNY": "元 - -"},
        "ko": {"KRW": "원 - -", "USD": "달러 - 센트", "EUR": "유로 - -"},
    }
)  # fmt: skip
# Large numbers behind an amount: "$3.5 million" is said "3.5 million dollars".
MAGNITUDES: Final = MappingProxyType(
    {
        "en": "thousand million billion trillion bn",
        "de": "Tausend Million Millionen Milliarde Milliarden Mio. Mrd.",
        "fr": "mille million millions milliard milliards",
        "es": "mil millón millones",
        "it": "mila milione milioni miliardo miliardi",
        "pt": "mil milhão milhões bilhão bilhões",
        "nl": "duizend miljoen miljard",
        "ru": "тысяч тысячи миллион миллиона миллионов миллиард миллиарда миллиардов",
        "pl": "tysiące tysięcy milion miliony milionów miliard miliardy miliardów",
    }
)

# A full stop behind these ends the sentence for espeak-ng, which then pauses.
ABBREVIATIONS: Final[Table] = MappingProxyType(
    {
        "en": {
            "Dr.": "Doctor", "Mr.": "Mister", "Mrs.": "Missis", "Ms.": "Miz", "Prof.": "Professor", "St.": "Saint",
            "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "approx.": "approximately",
            "Jr.": "Junior", "Sr.": "Senior", "Mt.": "Mount", "Capt.": "Captain", "Gen.": "General", "a.m.": "A M",
            "p.m.": "P M", "w/o": "without", "w/": "with", "No.": "Number",
        },
        "de": {
            "Dr.": "Doktor", "Prof.": "Professor", "Hr.": "Herr", "Fr.": "Frau", "Nr.": "Nummer", "St.": "Sankt",
            "z.B.": "zum Beispiel", "z. B.": "zum Beispiel", "d.h.": "das heißt", "d. h.": "das heißt",
            "u.a.": "unter anderem", "u. a.": "unter anderem", "usw.": "und so weiter", "bzw.": "beziehungsweise",
            "ca.": "circa", "Str.": "Straße", "Mio.": "Millionen", "Mrd.": "Milliarden",
        },
        "fr": {
            "Dr.": "docteur", "Dr": "docteur", "M.": "monsieur", "MM.": "messieurs", "Mme": "madame",
            "Mlle": "mademoiselle", "etc.": "et cetera", "p. ex.": "par exemple", "n°": "numéro", "St.": "saint",
            "1er": "premier", "1re": "première",
        },
        "es": {
            "Dr.": "doctor", "Dra.": "doctora", "Sr.": "señor", "Sra.": "señora", "Srta.": "señorita", "Ud.": "usted",
            "Uds.": "ustedes", "etc.": "etcétera", "p. ej.": "por ejemplo", "n.º": "número", "pág.": "página",
        },
        "it": {
            "Dott.": "dottor", "Sig.": "signor", "Sig.ra": "signora", "Prof.": "professor", "ecc.": "eccetera",
            "es.": "esempio", "n.": "numero", "pag.": "pagina",
        },
        "pt": {
            "Dr.": "doutor", "Dra.": "doutora", "Sr.": "senhor", "Sra.": "senhora", "etc.": "et cetera",
            "n.º": "número", "pág.": "página",
        },
        "nl": {
            "dr.": "dokter", "dhr.": "de heer", "mevr.": "mevrouw", "bijv.": "bijvoorbeeld", "enz.": "enzovoort",
            "nr.": "nummer",
        },
        "sv": {"t.ex.": "till exempel", "bl.a.": "bland annat", "osv.": "och så vidare", "nr": "nummer"},
        "pl": {
            "dr": "doktor", "p.": "pan", "np.": "na przykład", "itd.": "i tak dalej", "m.in.": "między innymi",
            "ul.": "ulica", "tzn.": "to znaczy", "godz.": "godzina",
        },
        "ru": {
            "т.е.": "то есть", "т. е.": "то есть", "и т.д.": "и так далее", "и т. д.": "и так далее",
            "и т.п.": "и тому подобное", "г-н": "господин", "г-жа": "госпожа", "др.": "другие", "ул.": "улица",
        },
    }
)  # fmt: skip

# Signs that espeak-ng leaves out or reads in English, tried voice by voice; "-" is a minus before a number.
SPOKEN_SIGNS: Final[Table] = MappingProxyType(
    {
        "fr": {"-": "moins", "=": "égale", "#": "dièse"},
        "es": {"-": "menos", "×": "por", "½": "medio"},
        "it": {"×": "per"},
        "pt": {"#": "cardinal"},
        "pl": {"-": "minus"},
        "ru": {"-": "минус", "×": "умножить на", "½": "половина", "&": "и"},
        "uk": {"×": "помножити на", "½": "половина"},
        "sv": {"=": "lika med", "½": "en halv", "×": "gånger"},
        "nb": {"½": "en halv", "×": "ganger"},
        "fi": {"½": "puoli", "×": "kertaa"},
        "tr": {"-": "eksi", "@": "et", "½": "yarım", "×": "çarpı"},
        "el": {"&": "και", "½": "μισό", "×": "επί"},
        "ar": {"-": "ناقص", "&": "و", "+": "زائد", "=": "يساوي", "½": "نصف"},
        "he": {"-": "מינוס", "&": "ו", "+": "ועוד", "=": "שווה", "½": "חצי"},
        "fa": {"-": "منفی", "&": "و", "+": "به علاوه", "½": "نیم"},
        "ur": {"-": "منفی", "&": "اور", "+": "جمع", "½": "آدھا"},
        "hi": {"-": "माइनस", "&": "और", "½": "आधा", "×": "गुणा"},
        "bn": {"&": "এবং", "½": "আধা"},
        "th": {"-": "ลบ", "&": "และ", "+": "บวก", "=": "เท่ากับ", "½": "ครึ่ง", "×": "คูณ"},
        "ja": {"-": "マイナス", "&": "アンド", "+": "プラス", "=": "イコール", "@": "アットマーク", "½": "二分の一",
               "×": "かける"},
        "ko": {"-": "마이너스", "&": "앤드", "+": "더하기", "=": "는", "@": "골뱅이", "½": "이분의 일", "×": "곱하기"},
        "zh": {"-": "负", "&": "和", "+": "加", "=": "等于", "½": "二分之一", "×": "乘以"},
    }
)  # fmt: skip

# Signs of measures behind a number -> CLDR's unit; letters that are words elsewhere ("in", "a") are left out.
UNITS: Final = MappingProxyType(
    {
        "%": "concentr-percent", "‰": "concentr-permille", "km/h": "speed-kilometer-per-hour",
        "m/s": "speed-meter-per-second", "mph": "speed-mile-per-hour", "km²": "area-square-kilometer",
        "m²": "area-square-meter", "m³": "volume-cubic-meter", "ha": "area-hectare", "km": "length-kilometer",
        "cm": "length-centimeter", "mm": "length-millimeter", "m": "length-meter", "kg": "mass-kilogram",
        "mg": "mass-milligram", "g": "mass-gram", "lb": "mass-pound", "lbs": "mass-pound", "oz": "mass-ounce",
        "ml": "volume-milliliter", "l": "volume-liter", "ft": "length-foot", "°C": "temperature-celsius",
        "°F": "temperature-fahrenheit", "°": "angle-degree", "TB": "digital-terabyte", "GB": "digital-gigabyte",
        "MB": "digital-megabyte", "kB": "digital-kilobyte", "GHz": "frequency-gigahertz", "MHz": "frequency-megahertz",
        "kHz": "frequency-kilohertz", "Hz": "frequency-hertz", "kWh": "energy-kilowatt-hour", "kW": "power-kilowatt",
        "W": "power-watt", "V": "electric-volt", "min": "duration-minute", "ms": "duration-millisecond",
    }
)  # fmt: skip
# Where Babel's table of units has no words: its Chinese long names, and some languages' percent.
OWN_UNITS: Final[Table] = MappingProxyType(
    {
        "zh": {
            "%": "百分之{0}", "‰": "千分之{0}", "km/h": "每小时{0}公里", "m/s": "每秒{0}米", "km²": "{0}平方公里",
            "m²": "{0}平方米", "m³": "{0}立方米", "ha": "{0}公顷", "km": "{0}公里", "cm": "{0}厘米", "mm": "{0}毫米",
            "m": "{0}米", "kg": "{0}公斤", "mg": "{0}毫克", "g": "{0}克", "ml": "{0}毫升", "l": "{0}升",
            "°C": "{0}摄氏度", "°F": "{0}华氏度", "°": "{0}度", "GB": "{0}G", "kW": "{0}千瓦", "kWh": "{0}千瓦时",
            "W": "{0}瓦", "V": "{0}伏", "min": "{0}分钟",
        },
        "ko": {"%": "{0} 퍼센트"},
        "ar": {"%": "{0} بالمئة"},
        "th": {"%": "{0} เปอร์เซ็นต์"},
        "fa": {"%": "{0} درصد"},
        "ja": {"%": "{0}パーセント"},
    }
)  # fmt: skip

GERMAN_DAYS: Final = _words(
    """erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft dreizehnt vierzehnt fünfzehnt
    sechzehnt siebzehnt achtzehnt neunzehnt zwanzigst einundzwanzigst zweiundzwanzigst dreiundzwanzigst
    vierundzwanzigst fünfundzwanzigst sechsundzwanzigst siebenundzwanzigst achtundzwanzigst neunundzwanzigst dreißigst
    einunddreißigst"""
)
# Days of the month as they are said in a date: Russian in the neuter nominative, Polish in the genitive (_: a space).
RUSSIAN_DAYS: Final = _words(
    """первое второе третье четвёртое пятое шестое седьмое восьмое девятое десятое одиннадцатое двенадцатое
    тринадцатое четырнадцатое пятнадцатое шестнадцатое семнадцатое восемнадцатое девятнадцатое двадцатое
    двадцать_первое двадцать_второе двадцать_третье двадцать_четвёртое двадцать_пятое двадцать_шестое двадцать_седьмое
    двадцать_восьмое двадцать_девятое тридцатое тридцать_первое"""
)
POLISH_DAYS: Final = _words(
    """pierwszego drugiego trzeciego czwartego piątego szóstego siódmego ósmego dziewiątego dziesiątego jedenastego
    dwunastego trzynastego czternastego piętnastego szesnastego siedemnastego osiemnastego dziewiętnastego
    dwudziestego dwudziestego_pierwszego dwudziestego_drugiego dwudziestego_trzeciego dwudziestego_czwartego
    dwudziestego_piątego dwudziestego_szóstego dwudziestego_siódmego dwudziestego_ósmego dwudziestego_dziewiątego
    trzydziestego trzydziestego_pierwszego"""
)
