using Hrm.Puzzles;

namespace Hrm.Fuzz.Targets;

internal sealed class ArcTaskTarget : FuzzTarget
{
    public const string Task =
        """{"train": [{"input": [[0, 1], [2, 3]], "output": [[4]]}, {"input": [[9]], "output": [[8, 7, 6]]}], "test": [{"input": [[5, 5]], "output": [[1], [1]]}], "name": "x"}""";

    private const string Name = "task.json";

    public override IReadOnlyList<FuzzSeed> Seeds { get; } = [FuzzSeed.Of(Name, Task)];

    public override IReadOnlyList<string> Tokens { get; } = ["train", "test", "input", "output", "[[0]]", "[0]", "10", "[[0, 0], [0]]", "[", "]", "{", "}", ","];

    public override void Read(string folder) => Check(ArcTaskFile.Read(Path.Combine(folder, Name)));

    public static void Check(ArcTask task)
    {
        foreach (var grid in task.Train.Concat(task.Test).SelectMany(pair => (ArcGrid?[])[pair.Input, pair.Output]).OfType<ArcGrid>())
        {
            Require(grid.Rows is >= 1 and <= 30 && grid.Columns is >= 1 and <= 30, "sides are 1 to 30");
            Require(grid.Cells.IndexOfAnyExceptInRange((byte)0, (byte)9) < 0, "colours are 0 to 9");
        }
    }
}
