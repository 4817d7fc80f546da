"""The letter is handed over: frozen, typeset, bundled, received, amended, and at last archived."""
