using System.Text;
using Hrm.TestKit;

namespace Hrm.Training.Tests;

/// <summary>
/// Datasets of the authors' builders are read, verified and written again byte for byte, except for one key of dataset.json that the
/// recorded builders do not write.
/// </summary>
[Trait("Category", "Golden")]
public sealed class GoldenDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Datasets =>
        [.. GoldenFolders.Cases("datasets").SelectMany(folder => Directory.EnumerateDirectories(folder, "built*")).Order(StringComparer.Ordinal)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_recorded_task_is_there() => Datasets.Should().HaveCountGreaterThanOrEqualTo(6);

    [Theory]
    [MemberData(nameof(Datasets))]
    public void A_dataset_is_valid_and_has_the_same_bytes_when_it_is_written_again(string root)
    {
        PuzzleDatasetFolder.Verify(root);
        var names = Directory.GetDirectories(root).Select(path => Path.GetFileName(path)).ToArray();
        var opened = names.ToDictionary(name => name, name => PuzzleDatasetFolder.Open(root, name));
        var metadata = opened.Values.First().Metadata;
        PuzzleDatasetFolder.Write(
            _folder["again"],
            opened.Values.First().Identifiers,
            names.Select(name => new PuzzleSplit(name, SmallDataset.GroupsOf(opened[name]))),
            new PuzzleDatasetOptions { VocabularySize = metadata.VocabularySize, SequenceLength = metadata.SequenceLength });

        opened["train"].Identifiers.Should().HaveCount(opened["train"].PuzzleIdCount).And.StartWith("<blank>");
        metadata.VocabularySize.Should().BeOneOf(6, 11, 12);
        metadata.SequenceLength.Should().BeOneOf(81, 900);
        var files = FilesOf(root);
        files.Should().HaveCountGreaterThanOrEqualTo(13);
        FilesOf(_folder["again"]).Should().Equal(files);
        foreach (var file in files)
        {
            File.ReadAllBytes(_folder["again", file]).Should().Equal(Path.GetExtension(file) == ".npy" ? ExpectedArray(file) : Expected(file), file);
        }

        Array.ForEach(names, name => opened[name].Dispose());

        // The authors' builder leaves augmented Sudokus as int64; the library writes every token in its narrowest type.
        byte[] ExpectedArray(string file)
        {
            using var array = NpyFile.Open(Path.Combine(root, file));
            if (array.Dtype != NpyDtype.Int64)
            {
                return File.ReadAllBytes(array.Path);
            }

            var values = new int[array.Count];
            array.CopyTo(0, values);
            return [.. NpyHeader.Write(NpyDtype.UInt8, [.. array.Shape]), .. values.Select(value => (byte)value)];
        }

        byte[] Expected(string file)
        {
            var recorded = File.ReadAllBytes(Path.Combine(root, file));
            if (Path.GetFileName(file) != "dataset.json")
            {
                return recorded;
            }

            var text = Encoding.ASCII.GetString(recorded);
            text.Should().NotContain("total_puzzles").And.Contain(", \"sets\": ");
            return Encoding.ASCII.GetBytes(text.Replace(", \"sets\": ", $", \"total_puzzles\": {opened[Path.GetDirectoryName(file)!].PuzzleIds.Count}, \"sets\": "));
        }
    }

    private static string[] FilesOf(string root)
        => [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)];
}
