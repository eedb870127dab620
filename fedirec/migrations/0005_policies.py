from tortoise import migrations


class Migration(migrations.Migration):
    dependencies = [("fedirec", "0004_conversation")]

    initial = False

    operations = []
