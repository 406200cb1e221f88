import SpeedrunCommands

Speedrun.main()
