namespace Hrm.Puzzles.Tests;

internal static class SampleData
{
    public static string[] SudokuFiles { get; } =
        ["sudoku_easy_train.csv", "sudoku_easy_test.csv", "sudoku_extreme_like_train.csv", "sudoku_extreme_like_test.csv"];

    public static string PathOf(string file)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hrm.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new DirectoryNotFoundException("no Hrm.sln above the tests"), "samples", "data", file);
    }
}
