from tortoise import migrations


class Migration(migrations.Migration):
    dependencies = [("fedirec", "0005_policies")]

    initial = False

    operations = []
