using Hrm.TestKit;
using Hrm.TestKit.Golden;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Hrm.Training.Tests.Golden;

/// <summary>Parity with the recorded numbers of the authors' implementations (tests/golden/README.md has the tolerances).</summary>
[Trait("Category", "Golden")]
public sealed class GoldenModelTests(ITestOutputHelper output)
{
    public static TheoryData<string> Folders() => [.. GoldenFolders.Cases("models")];

    [Fact]
    public void Every_case_is_taken()
    {
        var folders = GoldenFolders.Cases("models");
        output.WriteLine($"{folders.Count} recorded models in {GoldenFolders.All().Count} folders");
        folders.Count.Should().BeGreaterThanOrEqualTo(8);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Evaluation_gives_the_recorded_segments(string folder) => Evaluate(folder, CPU);

    [Theory]
    [MemberData(nameof(Folders))]
    public void Training_gives_the_recorded_steps(string folder) => Train(folder, CPU);

    [CudaTheory]
    [MemberData(nameof(Folders))]
    public void Evaluation_on_CUDA_gives_the_recorded_segments(string folder) => Evaluate(folder, CUDA);

    [CudaTheory]
    [MemberData(nameof(Folders))]
    public void Training_on_CUDA_gives_the_recorded_steps(string folder) => Train(folder, CUDA);

    private void Evaluate(string folder, Device device)
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenCase(folder);
        var findings = new GoldenRun(golden, device).Evaluate();
        findings.Count.Should().BeGreaterThanOrEqualTo(9 * golden.EvaluationSteps);
        Check(findings);
    }

    private void Train(string folder, Device device)
    {
        using var scope = NewDisposeScope();
        using var golden = new GoldenCase(folder);
        var findings = new GoldenRun(golden, device, trainer => trainer.PuzzleOptimizer!.Pending[^1].Gradient).Train();
        findings.Count.Should().BeGreaterThanOrEqualTo(10 * golden.TrainingSteps);
        Check(findings);
    }

    private void Check(IReadOnlyList<GoldenFinding> findings)
    {
        foreach (var finding in findings)
        {
            output.WriteLine($"{finding}");
        }

        findings.Where(finding => !finding.IsMet).Should().BeEmpty();
    }
}
