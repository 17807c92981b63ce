"""The edge process with the minimal connectors."""

import sys
import types

from tests.edge.minimal import CONNECTORS

registry = types.ModuleType("hubbub.connectors.registry")
registry.CONNECTORS = CONNECTORS
sys.modules["hubbub.connectors.registry"] = registry
from hubbub.edge.__main__ import main

sys.exit(main())
