"""An app whose migration keeps everybody from signing: the test of upgrades has to notice it."""
