"""What the line says and asks: one file a dialogue, listed in `bot.dialogues.all_dialogues`."""
