"""WSGI entry of the link port: the link's own small application, no Django middleware in the way."""

import django

from countersign.node import logs

logs.configure()
django.setup()

from countersign.link.server import LinkApplication  # noqa: E402  (models need the line above)
from countersign.node.boot import settle  # noqa: E402
from countersign.node.home import current  # noqa: E402
from countersign.node.house import assemble  # noqa: E402

application = LinkApplication(assemble(current()).station)
settle()
