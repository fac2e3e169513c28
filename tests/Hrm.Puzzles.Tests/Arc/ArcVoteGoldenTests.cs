using System.Text.Json;
using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

/// <summary>The pass@k percentages of the authors' evaluation for the same predictions.</summary>
[Trait("Category", "Golden")]
public class ArcVoteGoldenTests
{
    public static TheoryData<string> Folders => [.. GoldenFolders.Matching("arc_vote*")];

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_vote_gives_the_recorded_percentages(string folder)
    {
        var identifiers = RecordedArc.Identifiers("built_aug4");
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        using var file = SafetensorsFile.Open(Path.Combine(folder, "predictions.safetensors"));
        var (inputs, predictions, ids) = (Read<int>(file, "inputs"), Read<int>(file, "preds"), Read<int>(file, "puzzle_identifiers"));
        var logits = Read<float>(file, "q_halt_logits");
        var vote = new ArcVote(RecordedArc.Tasks(evaluation: true).Values);
        for (var row = 0; row < ids.Length; row++)
        {
            var tokens = new Range(row * ArcEncoding.SequenceLength, (row + 1) * ArcEncoding.SequenceLength);
            vote.Add(identifiers[ids[row]], inputs[tokens], predictions[tokens], logits[row]);
        }

        var result = vote.Rank();

        vote.Rows.Should().Be(expected.RootElement.GetProperty("examples").GetInt64());
        ((long)ids.Length - vote.Rows).Should().Be(expected.RootElement.GetProperty("padding_rows").GetInt64());
        result.Tasks.Should().HaveCount(expected.RootElement.GetProperty("puzzles").GetInt32());
        var percents = expected.RootElement.GetProperty("percent").EnumerateObject().ToArray();
        percents.Should().NotBeEmpty();
        foreach (var percent in percents)
        {
            var attempts = int.Parse(percent.Name.AsSpan(0, percent.Name.IndexOf('-', StringComparison.Ordinal)), provider: null);
            result.PassPercent(attempts).Should().Be(percent.Value.GetDouble(), percent.Name);
        }
    }

    private static T[] Read<T>(SafetensorsFile file, string name)
        where T : unmanaged
    {
        using var tensor = file.Read(name);
        return tensor.data<T>().ToArray();
    }
}
