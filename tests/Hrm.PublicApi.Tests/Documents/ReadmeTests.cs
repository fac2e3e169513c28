using Hrm.Puzzles;
using Hrm.Samples.QuickStart;

namespace Hrm.PublicApi.Tests.Documents;

/// <summary>The code of the README that trains; InferenceGuideTests has the code that solves.</summary>
public sealed class ReadmeTests : GuideFolder
{
    [Fact]
    public void The_example_runs()
    {
        var (puzzle, answer) = ReadmeExample.Run(steps: 3, "my-model");

        puzzle.Shape.Should().Be(SudokuShape.Four);
        answer.Shape.Should().Be(SudokuShape.Four);
        File.Exists(Path.Combine("my-model", "model.safetensors")).Should().BeTrue();
        File.Exists(Path.Combine("my-model", "config.json")).Should().BeTrue();
    }
}
