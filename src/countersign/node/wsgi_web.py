"""WSGI entry of the web port."""

from django.core.wsgi import get_wsgi_application

from countersign.node import logs

logs.configure()
application = get_wsgi_application()
