"""Recompute the hashes of a delivered bundle: python3 verify.py bundle.zip [SHA-256 of manifest.json, from the page]"""

import hashlib
import json
import sys
import zipfile


def problems(path, expected=""):
    """Yield what is wrong with a bundle, in words."""
    with zipfile.ZipFile(path) as bundle:
        manifest = bundle.read("manifest.json")
        found = hashlib.sha256(manifest).hexdigest()
        print(f"{found}  manifest.json")
        if expected and found != expected.strip().lower():
            yield f"manifest.json is not the one whose SHA-256 is {expected}"
        files = json.loads(manifest)["files"]
        if sorted(bundle.namelist()) != sorted(["manifest.json", *files]):
            yield "the bundle holds other files than its manifest names"
        for name in sorted(set(files) & set(bundle.namelist())):
            found = hashlib.sha256(bundle.read(name)).hexdigest()
            print(f"{found}  {name}")
            if found != files[name]["sha256"]:
                yield f"{name} is not the file that was delivered"


wrong = list(problems(*sys.argv[1:3]))
print("\n".join(f"WRONG: {problem}" for problem in wrong) or "Everything in it is as it was delivered.")
sys.exit(bool(wrong))
