using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

public sealed class ArcTaskFileTests : IDisposable
{
    private const string Task = """{"train":[{"input":[[1]],"output":[[2]]}],"test":[{"input":[[3]],"output":[[4]]}]}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_read_as_the_task_of_its_name_without_other_keys_and_a_byte_order_mark()
    {
        File.WriteAllText(_folder["a1.json"], '\uFEFF' + """
            {"test": [{"output": [[1], [2]], "input": [[3, 4, 5]]}, {"input": [[9]]}],
             "name": "other", "more": {"train": [[[{"input": 1}]]]},
             "train": [{"input": [[0, 1], [2, 3]], "note": null, "output": [[9]]}]}
            """);

        var task = ArcTaskFile.ReadSets(_folder["a1.json"]).Should().ContainSingle().Subject.Tasks.Should().ContainSingle().Subject;

        task.Name.Should().Be("a1");
        task.Train.Should().Equal(new ArcPair(ArcGrid.Parse("01/23"), ArcGrid.Parse("9")));
        task.Test.Should().Equal(new ArcPair(ArcGrid.Parse("345"), ArcGrid.Parse("1/2")), new ArcPair(ArcGrid.Parse("9"), null));
        task.HasAnswers.Should().BeFalse();
    }

    [Fact]
    public void Each_folder_directly_below_is_a_set_and_is_read_recursively_in_the_order_of_the_paths()
    {
        Write(_folder, "training/b/2.json", "training/b/10.json", "training/a/c/3.json", "training/B.json", "training/readme.txt", "evaluation/4.json", "Concept/x/5.json");

        ArcTaskFile.ReadSets(_folder.Path).Select(set => (string.Join(' ', set.Tasks), set.IsEvaluation)).Should().Equal(("5", false), ("4", true), ("B 3 10 2", false));
    }

    [Fact]
    public void Links_into_and_out_of_a_folder_are_not_followed()
    {
        using var elsewhere = new TemporaryFolder();
        Write(elsewhere, "2.json");
        Write(_folder, "training/1.json");
        Directory.CreateSymbolicLink(_folder["again"], ".");
        Directory.CreateSymbolicLink(_folder["training", "a"], ".");
        Directory.CreateSymbolicLink(_folder["training", "b"], "..");
        Directory.CreateSymbolicLink(_folder["training", "out"], elsewhere.Path);
        File.CreateSymbolicLink(_folder["training", "copy.json"], "1.json");

        ArcTaskFile.ReadSets(_folder.Path).Should().ContainSingle().Which.Tasks.Should().ContainSingle().Which.Name.Should().Be("1");
    }

    [Fact]
    public void A_missing_or_unreadable_path_is_a_typed_error()
    {
        var missing = _folder["missing"];

        FluentActions.Invoking(() => ArcTaskFile.ReadSets(missing)).Should().Throw<HrmFileException>().Which.Path.Should().Be(missing);
        FluentActions.Invoking(() => ArcTaskFile.ReadSets(string.Empty)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ArcTaskFile.ReadSets(_folder.Path)).Should().Throw<HrmFormatException>()
            .WithMessage($"{_folder.Path}: expected at least one task, got none");
    }

    [Fact]
    public void A_file_that_is_too_large_is_not_read()
    {
        using (var stream = File.Create(_folder["a.json"]))
        {
            // Sparse on most file systems.
            stream.SetLength((1 << 26) + 1L);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        FluentActions.Invoking(() => ArcTaskFile.ReadSets(_folder["a.json"])).Should().Throw<HrmFormatException>()
            .WithMessage($"{_folder["a.json"]}: expected at most 67108864 bytes, got 67108865");

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1_000_000);
    }

    private static void Write(TemporaryFolder folder, params string[] paths)
    {
        foreach (var path in paths)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
            File.WriteAllText(folder[path], Task);
        }
    }
}
