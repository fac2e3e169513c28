using Hrm.Core;
using Hrm.TestKit;
using Hrm.Training;

namespace Hrm.Fuzz.Targets;

/// <summary>
/// A dataset folder of two splits in which the files of one kind, or any file, are damaged. It is verified, opened and read, row by row and
/// in batches.
/// </summary>
internal sealed class DatasetTarget(Func<string, bool> damaged) : FuzzTarget
{
    private const int Batches = 3;

    private static readonly string[] Splits = ["train", "test"];

    public override IReadOnlyList<FuzzSeed> Seeds { get; } =
    [
        .. new[] { Written(TokenStorage.Narrowest, damaged), Written(TokenStorage.Int64, damaged) }.Where(seed => seed.Damaged.Count > 0),
    ];

    public override IReadOnlyList<string> Tokens { get; } =
    [
        "descr", "fortran_order", "shape", "'|u1'", "'<i2'", "'<i4'", "'<i8'", "'>i4'", "'|O'", "True", "False", "(", ")", ",", "(2,)", "(2, 6)", "[('a', '<i4')]",
        "pad_id", "ignore_label_id", "blank_identifier_id", "vocab_size", "seq_len", "num_puzzle_identifiers", "total_groups", "mean_puzzle_examples", "sets", "all", "<blank>", "../all",
    ];

    public override void Read(string folder)
    {
        var isSound = false;
        try
        {
            PuzzleDatasetFolder.Verify(folder);
            isSound = true;
        }
        catch (HrmException)
        {
            // Its parts are read below, where they throw too.
        }

        try
        {
            Array.ForEach(Splits, split => ReadAll(folder, split));
        }
        catch (HrmException error) when (isSound)
        {
            throw new UnexpectedResultException($"a verified dataset is read, but: {error.Message}");
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
        Require(dataset.Identifiers.Count == dataset.PuzzleIdCount, "there is a name for each id");
        Require(dataset.ExampleCount > 0, "a dataset has examples");
        using var stream = new TrainingStream(dataset, batchSize: 1, new TrainingStreamOptions { PrefetchBatches = 0 });
        for (var batch = 0; batch < Batches; batch++)
        {
            stream.Next();
        }
    }

    private static FuzzSeed Written(TokenStorage storage, Func<string, bool> damaged)
    {
        using var folder = new TemporaryFolder();
        var root = folder["data"];
        PuzzleGroup[] groups =
        [
            new([[new PuzzleExample([1, 2, 3, 4, 0, 1], [1, 2, 3, 4, 4, 1], 1), new PuzzleExample([1, 1, 1, 1, 1, 1], [4, 4, 4, 4, 4, 4], 1)]]),
            new([[new PuzzleExample([0, 0, 0, 0, 0, 0], [2, 2, 2, 2, 2, 2], 2)]]),
        ];
        var options = new PuzzleDatasetOptions { SequenceLength = 6, VocabularySize = 5 };
        PuzzleDatasetFolder.Write(root, ["<blank>", "one", "zwei é"], Splits.Select(split => new PuzzleSplit(split, groups) { Storage = storage }), options);
        return FuzzSeed.OfFolder(root, damaged);
    }
}
