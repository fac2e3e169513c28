using System.Security.Cryptography;
using System.Text;
using Hrm.Core;
using Hrm.TestKit;
using Hrm.Training;
using TorchSharp;
using static Hrm.Fuzz.FuzzTarget;

namespace Hrm.Fuzz.Targets;

/// <summary>Files of trainings: checkpoints, datasets, reports.</summary>
internal static class TrainingTargets
{
    private const string SumsName = "SHA256SUMS";
    private const int Batches = 3;

    private static readonly string[] Splits = ["train", "test"];

    /// <summary>A checkpoint, mostly with matching checksums. Its manifest is damaged most often, because its parser is the largest.</summary>
    public static FuzzTarget Checkpoint()
    {
        const string manifest = "step-000000000001/checkpoint.json";
        var generator = new torch.Generator(1);
        var model = TinyModel.Create();
        var options = TrainerPresets.Tiny();
        options.GlobalBatchSize = 2;
        var trainer = new OneStepGradTrainer(model, options, generator);
        using (var batch = PuzzleBatch.Create([1, 2, 3, 4, 0, 1, 1, 2, 3, 4, 0, 1], [1, 2, 3, 4, 0, 1, 1, 2, 3, 4, 0, 1], [1, 2], TinyModel.Config.SequenceLength))
        {
            trainer.Step(batch);
        }

        var example = new PuzzleExample([1, 2, 3, 4, 0, 1], [1, 2, 3, 4, 0, 1]);
        var stream = new TrainingStream(new InMemoryPuzzleDataset([example, example], 5), batchSize: 2, new TrainingStreamOptions { PrefetchBatches = 0 });
        return new FuzzTarget
        {
            Seeds =
            [
                FuzzSeed.Written(folder =>
                {
                    using var store = CheckpointStore.Open(folder);
                    stream.Seek(default, skipped: [new SamplerPosition(0, 1)]);
                    store.Save(trainer, stream);
                }).More(manifest, manifest),
            ],
            Tokens =
            [
                "format_version", "library_version", "step", "threads", "gradient_mode", "trainer", "run", "data", "position", "skipped", "trained", "sums", "options", "NaN", "Infinity",
                "OneStep", "00:00:01", "-10675199.02:48:05.4775808", "generator", "optimizer.steps", "carry.high", "dtype", "shape", "data_offsets", "I64", "U8",
            ],
            Repair = RepairChecksums,
            Read = folder =>
            {
                using var store = CheckpointStore.Open(folder);
                Require(store.Restore(trainer, stream) is { Damaged.Count: 0 }, "a checkpoint is restored, or refused");
            },
            Owned = [stream, trainer, model, generator],
        };
    }

    /// <summary>
    /// A dataset folder of two splits in which the files of one kind, or any file, are damaged. It is verified, opened and read, row by row and
    /// in batches.
    /// </summary>
    public static FuzzTarget Dataset(Func<string, bool> isDamaged) => new()
    {
        Seeds = [.. new[] { 0, -100_000 }.Select(ignoreLabelId => Written(ignoreLabelId, isDamaged)).Where(seed => seed.Damaged.Count > 0)],
        Tokens =
        [
            "descr", "fortran_order", "shape", "'|u1'", "'<i2'", "'<i4'", "'<i8'", "'>i4'", "'|O'", "True", "False", "(", ")", ",", "(2,)", "(2, 6)", "[('a', '<i4')]",
            "pad_id", "ignore_label_id", "blank_identifier_id", "vocab_size", "seq_len", "num_puzzle_identifiers", "total_groups", "mean_puzzle_examples", "sets", "all", "<blank>", "../all",
        ],
        Read = folder =>
        {
            var isSound = false;
            try
            {
                PuzzleDatasetFolder.Verify(folder);
                isSound = true;
            }
            catch (HrmException)
            {
                // Its parts are read below, which throws too.
            }

            try
            {
                Array.ForEach(Splits, split => ReadAll(folder, split));
            }
            catch (HrmException error) when (isSound)
            {
                throw new UnexpectedResultException($"a verified dataset can be read, but: {error.Message}");
            }
        },
    };

    /// <summary>The reports of a resumed run: lines of later steps are dropped from a file with any contents.</summary>
    public static FuzzTarget ReportLog()
    {
        const string name = "metrics.jsonl";
        return OfFile(
            name,
            [FuzzSeed.Of(name, """{"kind":"training","step":1,"seconds":0.5}""" + "\n" + """{"kind":"training","step":9}""" + "\n" + """{"kind":"evaluation","step":2,"metrics":{"accuracy":0.5}}""" + "\n")],
            ["step", "\"step\":1", "{", "}", "\n", "\"kind\"", "NaN", "\\ud800"],
            path =>
            {
                using var work = new TemporaryFolder();
                var copy = work[name];
                File.Copy(path, copy);
                new JsonLinesLog(copy).Rewind(5);
                var kept = File.ReadAllLines(copy);
                new JsonLinesLog(copy).Rewind(5);
                Require(File.ReadAllLines(copy).AsSpan().SequenceEqual(kept), "lines that were kept are kept again");
                if (kept.Length == 0)
                {
                    throw new HrmFileException(copy, "no line was kept");
                }
            });
    }

    /// <summary>Makes the checksums of every checkpoint match its files again.</summary>
    public static void RepairChecksums(Dictionary<string, byte[]> files)
    {
        foreach (var name in files.Keys.Where(name => name.EndsWith(SumsName, StringComparison.Ordinal)).ToArray())
        {
            var folder = name[..^SumsName.Length];
            var sums = files.Where(file => file.Key != name && file.Key.StartsWith(folder, StringComparison.Ordinal))
                .OrderBy(file => file.Key, StringComparer.Ordinal)
                .Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(file.Value))}  {Path.GetFileName(file.Key)}\n");
            files[name] = Encoding.UTF8.GetBytes(string.Concat(sums));
        }
    }

    private static void ReadAll(string folder, string split)
    {
        using var dataset = PuzzleDatasetFolder.Open(folder, split);
        var (inputs, labels) = (new int[dataset.SequenceLength], new int[dataset.SequenceLength]);
        for (var example = 0; example < dataset.ExampleCount; example++)
        {
            dataset.Read(example, inputs, labels);
            Require(inputs.All(token => token >= 0 && token < dataset.VocabularySize), "tokens are within the vocabulary");
            Require(labels.All(label => label == PuzzleBatch.IgnoredLabel || (label >= 0 && label < dataset.VocabularySize)), "labels are within the vocabulary");
        }

        Require(dataset.PuzzleIds.All(id => id >= 0 && id < dataset.PuzzleIdCount), "ids are within their count");
        Require(dataset.Identifiers.Count == dataset.PuzzleIdCount || dataset.Identifiers.Count == 0, "there is a name for each id, or none");
        Require(dataset.ExampleCount > 0, "a dataset has examples");
        using var stream = new TrainingStream(dataset, batchSize: 1, new TrainingStreamOptions { PrefetchBatches = 0 });
        for (var batch = 0; batch < Batches; batch++)
        {
            stream.Next();
        }
    }

    private static FuzzSeed Written(int ignoreLabelId, Func<string, bool> isDamaged)
    {
        PuzzleGroup[] groups =
        [
            new([[new PuzzleExample([1, 2, 3, 4, 0, 1], [1, 2, 3, 4, 4, 1], 1), new PuzzleExample([1, 1, 1, 1, 1, 1], [4, 4, 4, 4, 4, 4], 1)]]),
            new([[new PuzzleExample([0, 0, 0, 0, 0, 0], [2, 2, 2, 2, 2, 2], 2)]]),
        ];
        var options = new PuzzleDatasetOptions { SequenceLength = 6, VocabularySize = 5, IgnoreLabelId = ignoreLabelId };
        return FuzzSeed.Written(
            folder => PuzzleDatasetFolder.Write(folder, ["<blank>", "one", "zwei é"], Splits.Select(split => new PuzzleSplit(split, groups)), options),
            isDamaged);
    }
}
