"""A judge on loopback: Graph and LINE servers as strict as the platforms, and the phone.

It imports nothing of Hubbub but ``hubbub.kit``: a judge that shared our code would share our mistakes.
"""
