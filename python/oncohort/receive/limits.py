"""How much a delivery may hold, unpacked, before it is taken for a bomb."""

MAX_TEXT_BYTES = 8 << 30
MAX_WORKBOOK_BYTES = 2 << 30
MAX_SITE_YML_BYTES = 1 << 20
