"""The forms of the people: signers' and the team's."""
