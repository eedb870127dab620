from tortoise import migrations


class Migration(migrations.Migration):
    dependencies = [("fedirec", "0006_moderation")]

    initial = False

    operations = []
