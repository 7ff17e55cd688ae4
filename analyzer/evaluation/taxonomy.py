"""Map the entity types of the labeled sets and of Presidio to those of the product.

Types that the product does not mask by decision are listed here, so that reports name them.
"""

CANONICAL = {
    "ZIP_CODE": "POSTCODE",
    "DOMAIN_NAME": "URL",
    "US_SSN": "NATIONAL_ID",
    "US_ITIN": "NATIONAL_ID",
    "UK_NHS": "NATIONAL_ID",
    "UK_NINO": "NATIONAL_ID",
    "ES_NIF": "NATIONAL_ID",
    "US_DRIVER_LICENSE": "DRIVER_LICENSE",
    "US_PASSPORT": "PASSPORT",
    "US_BANK_NUMBER": "BANK_ACCOUNT",
    "LOCATION": "GPE",
}
LEFT_BY_DECISION = frozenset({"AGE", "DATE_TIME", "GPE", "NRP", "ORGANIZATION", "TITLE"})
"""Dates, ages, places, nationalities, organizations and forms of address are not masked: feedback is about them."""
STRUCTURED = ("CREDIT_CARD", "EMAIL_ADDRESS", "IBAN_CODE", "IP_ADDRESS", "NATIONAL_ID", "PHONE_NUMBER")
ADDRESS = "STREET_ADDRESS"
PARTS_OF_ADDRESS = frozenset({ADDRESS, "POSTCODE", "PO_BOX"})
"""Scored as one type: the boundary between an address and its postcode does not matter for privacy."""


def canonical(name: str) -> str:
    """Return the product's name of a type."""
    return CANONICAL.get(name, name)


def scored(name: str) -> str:
    """Return the type that a span is scored as: its canonical type, with the parts of an address as one."""
    known = canonical(name)
    return ADDRESS if known in PARTS_OF_ADDRESS else known
