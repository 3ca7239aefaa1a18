"""Docker containers, as agents and graders use them: labelled, limited, and gone afterwards."""
