using Hrm.Puzzles;

namespace Hrm.Fuzz.Targets;

internal sealed class SudokuCsvTarget : FuzzTarget
{
    public override IReadOnlyList<FuzzSeed> Seeds { get; } =
    [
        CsvSeeds.Sudokus(),
        FuzzSeed.Of(CsvSeeds.Name, "source,question,answer,rating\n\"a \"\"b\"\", c\",12.4341221434321,1234341221434321,7\r\n,0234341221434321,1234341221434321,\n"),
    ];

    public override IReadOnlyList<string> Tokens { get; } = ["source,question,answer,rating\n", "1234341221434321", ",,", "\"", "\"\"", "\r\n", ".", "0", "5", "\0"];

    public override void Read(string folder)
    {
        foreach (var puzzle in SudokuCsv.Read(Path.Combine(folder, CsvSeeds.Name), SudokuShape.Four))
        {
            Require(puzzle.Question.IsSolvedBy(puzzle.Answer), "an answer solves its question");
        }
    }
}
