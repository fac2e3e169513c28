using Consumer;

switch (args)
{
    case ["initialize"]:
        Initialized.Run();
        break;
    case ["readme"]:
        Readme.Train();
        Readme.Solve();
        break;
    default:
        First.Run();
        break;
}
