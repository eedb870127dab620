from tortoise import migrations


class Migration(migrations.Migration):
    dependencies = [("fedirec", "0003_protocol")]

    initial = False

    operations = []
