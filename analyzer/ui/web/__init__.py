"""The web server of the page: listener, TLS, sign-in page, security headers."""
