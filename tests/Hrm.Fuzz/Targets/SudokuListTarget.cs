using Hrm.Puzzles;

namespace Hrm.Fuzz.Targets;

internal sealed class SudokuListTarget : FuzzTarget
{
    private const string Name = "puzzles.txt";

    public override IReadOnlyList<FuzzSeed> Seeds { get; } = [FuzzSeed.Of(Name, "# a list\n12.4341221434321\n\n.234341221434321\r\n0234341221434321 rest\n")];

    public override IReadOnlyList<string> Tokens { get; } = ["12.4341221434321", "#", "................", "0000000000000000", "\n", " ", ";"];

    public override void Read(string folder)
    {
        foreach (var puzzle in SudokuList.Read(Path.Combine(folder, Name), SudokuShape.Four))
        {
            Require(puzzle.Question.IsSolvedBy(puzzle.Answer), "an answer solves its question");
        }
    }
}
