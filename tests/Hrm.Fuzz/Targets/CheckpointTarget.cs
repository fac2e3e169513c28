using System.Security.Cryptography;
using System.Text;
using Hrm.Core;
using Hrm.TestKit;
using Hrm.Training;
using TorchSharp;

namespace Hrm.Fuzz.Targets;

/// <summary>A checkpoint, mostly with sums that fit.</summary>
internal sealed class CheckpointTarget : FuzzTarget
{
    private const string Step = "step-000000000001";
    private const string Sums = $"{Step}/SHA256SUMS";
    private const string Manifest = $"{Step}/checkpoint.json";

    private readonly torch.Generator _generator = new(1);
    private readonly HrmModel _model = TinyModel.Create();
    private readonly OneStepGradTrainer _trainer;

    public CheckpointTarget()
    {
        _trainer = Trainer();
        Seeds = [Saved()];
    }

    public override IReadOnlyList<FuzzSeed> Seeds { get; }

    public override IReadOnlyList<string> Tokens { get; } =
    [
        "format_version", "library_version", "step", "threads", "gradient_mode", "trainer", "run", "data", "position", "skipped", "trained", "sums", "options", "NaN", "Infinity",
        "OneStep", "00:00:01", "-10675199.02:48:05.4775808", "generator", "optimizer.steps", "carry.high", "dtype", "shape", "data_offsets", "I64", "U8",
    ];

    public override void Repair(Dictionary<string, byte[]> files)
    {
        var sums = files.Where(file => file.Key != Sums)
            .OrderBy(file => file.Key, StringComparer.Ordinal)
            .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(file.Value))}  {Path.GetFileName(file.Key)}\n");
        files[Sums] = Encoding.UTF8.GetBytes(string.Concat(sums));
    }

    public override void Read(string folder)
    {
        using var store = CheckpointStore.Open(folder);
        Require(store.Restore(_trainer) is { Damaged.Count: 0 }, "a checkpoint is restored, or refused");
    }

    protected override void Release()
    {
        _trainer.Dispose();
        _model.Dispose();
        _generator.Dispose();
    }

    private OneStepGradTrainer Trainer()
    {
        var options = TrainerPresets.Tiny();
        options.GlobalBatchSize = 2;
        return new OneStepGradTrainer(_model, options, _generator);
    }

    /// <summary>The manifest twice more, as its parser is the largest.</summary>
    private FuzzSeed Saved()
    {
        using var folder = new TemporaryFolder();
        using (var batch = PuzzleBatch.Create([1, 2, 3, 4, 0, 1, 1, 2, 3, 4, 0, 1], [1, 2, 3, 4, 0, 1, 1, 2, 3, 4, 0, 1], [1, 2], TinyModel.Config.SequenceLength))
        {
            _trainer.Step(batch).Dispose();
        }

        using (var store = CheckpointStore.Open(folder.Path))
        {
            store.Save(_trainer, new TrainingRunState { Options = new TrainingRunOptions(), Skipped = [new SamplerPosition(0, 1)] });
        }

        var seed = FuzzSeed.OfFolder(folder.Path);
        return seed with { Damaged = [.. seed.Damaged, Manifest, Manifest] };
    }
}
