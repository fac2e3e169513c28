using Hrm.Puzzles;

namespace Hrm.Fuzz.Targets;

/// <summary>The competition's two files: tasks, and the outputs that they lack.</summary>
internal sealed class ArcCombinedTarget : FuzzTarget
{
    private const string Challenges = "challenges.json";
    private const string Solutions = "solutions.json";

    public override IReadOnlyList<FuzzSeed> Seeds { get; } = [Seed()];

    public override IReadOnlyList<string> Tokens { get; } = ["train", "test", "input", "output", "one", "two", "[[0]]", "[[[0]]]", "10", "[", "]", "{", "}"];

    public override void Read(string folder)
    {
        foreach (var task in ArcTaskFile.ReadCombined(Path.Combine(folder, Challenges), Path.Combine(folder, Solutions)))
        {
            ArcTaskTarget.Check(task);
        }
    }

    private static FuzzSeed Seed()
    {
        var challenges = FuzzSeed.Of(
            Challenges,
            """{"one": {"train": [{"input": [[0, 1]], "output": [[4]]}], "test": [{"input": [[5]]}, {"input": [[6]]}]}, "two": {"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]]}]}}""");
        var solutions = FuzzSeed.Of(Solutions, """{"one": [[[1], [2]], [[3]]], "two": [[[4, 4]]]}""");
        return new FuzzSeed(challenges.Files.Concat(solutions.Files).ToDictionary(), [Challenges, Solutions]);
    }
}
