"""What is drawn: plain words, so that no program's prompt grammar has a say."""

SHORT = "a lighthouse on a cliff above the sea at dusk"

# 127 words: two chunks of 75 tokens. No commas, as at them Easel, like A1111, may start a chunk early.
LONG = """
a wide painting of an old harbour town at the foot of a green mountain with narrow streets of red brick houses
and crooked chimneys where thin smoke rises into a pale morning sky while small fishing boats rest beside a long
wooden pier and an old man in a blue coat mends a torn net near three sleeping cats as children run past a stone
fountain towards the market square where farmers sell apples and bread and yellow flowers under striped awnings
behind them a white church tower with a golden clock stands against distant snow and far above the clouds
a single silver airship drifts slowly over the valley casting its soft shadow on the river and the quiet
fields of summer wheat
""".replace("\n", " ").strip()
