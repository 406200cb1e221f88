Speedrun.main()
