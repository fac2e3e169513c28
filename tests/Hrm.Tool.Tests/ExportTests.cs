using Hrm.Core;
using Hrm.TestKit;

namespace Hrm.Tool.Tests;

/// <summary>A finished run has the model of its last evaluation, or ends with an error.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    public void A_model_that_could_not_be_written_is_written_when_the_run_is_resumed(double emaDecay)
    {
        Train("whole", emaDecay, isResumed: false);
        var expected = File.ReadAllBytes(Path.Combine(_folder["whole"], "model.safetensors"));
        var path = Path.Combine(_folder["run"], "model.safetensors");
        Directory.CreateDirectory(Path.Combine(path, "in the way"));
        FluentActions.Invoking(() => Train("run", emaDecay, isResumed: false)).Should().Throw<HrmFileException>();
        FluentActions.Invoking(() => Train("run", emaDecay, isResumed: true)).Should().Throw<HrmFileException>("it still cannot be written");

        Directory.Delete(path, recursive: true);
        File.WriteAllText(path, "an older model");
        Train("run", emaDecay, isResumed: true);

        File.ReadAllBytes(path).Should().Equal(expected);
    }

    private void Train(string name, double emaDecay, bool isResumed)
    {
        var settings = new RunSettings
        {
            Model = TinyRun.Model,
            Trainer = { TotalSteps = 2, WarmupSteps = 0, GlobalBatchSize = 4, EmaDecay = emaDecay },
            Evaluations = 1,
        };
        using var training = TinyRun.Create(settings, _folder[name]);
        _ = isResumed ? training.Resume(CancellationToken.None) : training.Start(CancellationToken.None);
    }
}
