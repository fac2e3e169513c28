using Hrm.Core;
using Hrm.PyTorch;
using Hrm.TestKit;
using Hrm.TestKit.Golden;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace Hrm.Training.Tests.Golden;

/// <summary>A model loaded from the authors' checkpoint gives the recorded outputs of their code.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenCheckpointTests(ITestOutputHelper output)
{
    public static TheoryData<string> Folders => [.. OfficialCheckpoint.Folders()];

    [Theory]
    [MemberData(nameof(Folders))]
    public void First_segment_of_the_loaded_model_is_the_recorded_one(string folder)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var golden = new GoldenCase(OfficialCheckpoint.ModelFolder(folder));
        using var model = AuthorsCheckpoint.Load(folder, golden.Config.SequenceLength);
        model.Config.Should().Be(golden.Config);

        using var batch = golden.Batch(0);
        var result = model.call(model.InitialCarry(batch.Size), batch);

        Compare(golden, result.Logits, "eval.0.logits");
        Compare(golden, result.QHalt, "eval.0.q_halt_logits");
        Compare(golden, result.QContinue, "eval.0.q_continue_logits");
        Compare(golden, result.Carry.High, "eval.0.z_H");
        Compare(golden, result.Carry.Low, "eval.0.z_L");
    }

    private void Compare(GoldenCase golden, Tensor actual, string name)
    {
        var expected = golden.Read(name);
        output.WriteLine($"{name}: {TensorDeviation.Largest(actual, expected):E1}");
        if (golden.IsBf16)
        {
            actual.BeCloseInMeanTo(expected, 3e-2, name);
        }
        else
        {
            actual.BeCloseTo(expected, 1e-5, name);
        }
    }
}
