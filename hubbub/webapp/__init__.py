"""The built web app (`dist/`, made from `web/`, never committed) and how it is handed to browsers."""
