"""Business rules as data: packs of CEL rules, read, checked at load and judged (TF-RULE)."""
