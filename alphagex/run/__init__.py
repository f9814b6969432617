"""`make run`: embedded services, migrations and the processes of the Procfile in one terminal."""
