using Hrm.Puzzles;

namespace Hrm.Fuzz.Targets;

internal sealed class MazeCsvTarget : FuzzTarget
{
    public override IReadOnlyList<FuzzSeed> Seeds { get; } = [CsvSeeds.Mazes(5, 5), CsvSeeds.Mazes(7, 7)];

    public override IReadOnlyList<string> Tokens { get; } = ["source,question,answer,rating\n", "S", "G", "#", " ", "o", "     ", "#####", ",,", "\"", "\r\n"];

    public override void Read(string folder)
    {
        foreach (var puzzle in MazeCsv.Read(Path.Combine(folder, CsvSeeds.Name)))
        {
            Require(puzzle.Question.IsSolvedBy(puzzle.Answer), "an answer is a shortest path from start to goal");
        }
    }
}
