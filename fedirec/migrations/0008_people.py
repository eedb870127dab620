from tortoise import migrations


class Migration(migrations.Migration):
    dependencies = [("fedirec", "0007_guests")]

    initial = False

    operations = []
