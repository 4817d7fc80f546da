"""Broken builds: the product with one mistake planted in it, which the harness must find.

`settings.py` loads them over the shipped settings where the harness asks for one; nothing of this is in the product.
"""
