using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

internal static class SampleData
{
    public static string[] SudokuFiles { get; } =
        ["sudoku_easy_train.csv", "sudoku_easy_test.csv", "sudoku_extreme_like_train.csv", "sudoku_extreme_like_test.csv"];

    public static string PathOf(string file) => RepositoryFolder.Combine("samples", "data", file);
}
