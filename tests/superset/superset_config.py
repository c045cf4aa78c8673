"""The settings of the Superset that the suite starts: all of its own, and gone with it."""

import os

SECRET_KEY = "of this suite alone, and as long as it has to be: 0123456789"
SQLALCHEMY_DATABASE_URI = "sqlite:///" + os.environ["SUPERSET_HOME"] + "/superset.db?check_same_thread=false"
# The suite logs in over the API; forms are not part of it.
WTF_CSRF_ENABLED = False
TALISMAN_ENABLED = False
