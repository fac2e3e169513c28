using Hrm.Core;
using Hrm.Puzzles;
using static Hrm.Fuzz.FuzzTarget;

namespace Hrm.Fuzz.Targets;

/// <summary>Files of puzzles.</summary>
internal static class PuzzleTargets
{
    private const string CsvName = "puzzles.csv";

    public static FuzzTarget SudokuCsvFile() => OfFile(
        CsvName,
        [
            FuzzSeed.Written(folder => SudokuCsv.Write(Path.Combine(folder, CsvName), new SudokuGenerator(SudokuShape.Four, new StatefulRandom(1)).NextDistinctPuzzles(4, 6))),
            FuzzSeed.Of(CsvName, "# list\n\n12.4341221434321 # easy\n\n[State]\n....\n[Puzzle]\n12.4\n3412\n2_43\n*321\n"),
            FuzzSeed.Of(CsvName, "id,puzzle,solution\n7,12.4341221434321,1234341221434321\n8,12.4341221434321,\n"),
            FuzzSeed.Of(CsvName, "source,question,answer,rating\n\"a \"\"b\"\", c\",12.4341221434321,1234341221434321,7\r\n,0234341221434321,1234341221434321,\n"),
        ],
        ["source,question,answer,rating\n", "1234341221434321", ",,", "\"", "\"\"", "\r\n", ".", "0", "5", "\0", "#", "[Puzzle]\n", "[", "12.4\n", "puzzle"],
        path =>
        {
            // Any line can be skipped; without a given shape the first puzzle decides it.
            var bad = new SkippedLines();
            using (var stream = File.OpenRead(path))
            {
                Require(SudokuCsv.ReadQuestions(stream, path, skipped: bad.Add).All(question => question.FindConflict() is null), "a question has no conflict");
            }

            var puzzles = SudokuCsv.Read(path, SudokuShape.Four).ToArray();
            Require(puzzles.All(puzzle => puzzle.Question.IsSolvedBy(puzzle.Answer)), "an answer solves its question");
            Require(bad.Count == 0, "no line of a file without errors is skipped");
        });

    public static FuzzTarget MazeCsvFile() => OfFile(
        CsvName,
        [.. new[] { 5, 7 }.Select(side => FuzzSeed.Written(folder =>
            MazeCsv.Write(Path.Combine(folder, CsvName), new MazeGenerator(new MazeShape(side, side), 6, new StatefulRandom(1)).Generate(3))))],
        ["source,question,answer,rating\n", "S", "G", "#", " ", "o", "     ", "#####", ",,", "\"", "\r\n"],
        path =>
        {
            using (var stream = File.OpenRead(path))
            {
                Require(MazeCsv.ReadQuestions(stream, path, MazeShape.Square(5), new SkippedLines().Add).All(maze => maze.FindShortestPath() is not null), "a maze has a path");
            }

            Require(MazeCsv.Read(path).All(maze => maze.Question.IsSolvedBy(maze.Answer)), "an answer is a shortest path from start to goal");
        });

    public static FuzzTarget ArcTaskJson()
    {
        const string name = "task.json";
        return OfFile(
            name,
            [FuzzSeed.Of(name, """{"train": [{"input": [[0, 1], [2, 3]], "output": [[4]]}, {"input": [[9]], "output": [[8, 7, 6]]}], "test": [{"input": [[5, 5]], "output": [[1], [1]]}], "name": "x"}""")],
            ["train", "test", "input", "output", "[[0]]", "[0]", "10", "[[0, 0], [0]]", "[", "]", "{", "}", ","],
            path => Check(ArcTaskFile.ReadSets(path)));
    }

    /// <summary>The competition's files: tasks, the outputs that they lack, attempts; and a folder of tasks with an equal one.</summary>
    public static FuzzTarget ArcCombined()
    {
        const string challenges = "files/x_test_challenges.json";
        const string solutions = "files/x_test_solutions.json";
        const string submission = "submission.json";
        const string task = "data/training/three.json";
        FuzzSeed[] seeds =
        [
            FuzzSeed.Of(
                challenges,
                """{"one": {"train": [{"input": [[0, 1]], "output": [[4]]}], "test": [{"input": [[5]]}, {"input": [[6]]}]}, "three": {"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]]}]}}"""),
            FuzzSeed.Of(solutions, """{"one": [[[1], [2]], [[3]]], "three": [[[4, 4]]]}"""),
            FuzzSeed.Of(submission, """{"one": [{"attempt_1": [[1], [2]], "attempt_2": [[0]]}, {"attempt_1": [[3]], "attempt_2": [[3]]}], "three": [{"attempt_1": [[1]], "attempt_2": [[4, 4]]}]}"""),
            FuzzSeed.Of(task, """{"train": [{"input": [[1]], "output": [[2]]}], "test": [{"input": [[3]]}]}"""),
        ];
        return new FuzzTarget
        {
            Seeds = [new FuzzSeed(seeds.SelectMany(seed => seed.Files).ToDictionary(), [challenges, challenges, solutions, submission, task])],
            Tokens = ["train", "test", "input", "output", "attempt_1", "attempt_2", "one", "three", "[[0]]", "[[[0]]]", "10", "[", "]", "{", "}"],
            Read = folder =>
            {
                string[] sources = [Path.Combine(folder, "files"), Path.Combine(folder, "data")];
                var isSkipped = false;
                try
                {
                    Check(ArcTaskFile.ReadSets(sources, skipped: _ => isSkipped = true));
                }
                catch (HrmFormatException) when (isSkipped)
                {
                    // Nothing is left.
                }

                var sets = ArcTaskFile.ReadSets(sources);
                Require(!isSkipped, "what is skipped is an error otherwise");
                Check(sets);
                var score = ArcVoteResult.ReadSubmission(Path.Combine(folder, submission), sets.SelectMany(set => set.Tasks)).ScorePercent(2);
                Require(score is >= 0 and <= 100 or double.NaN, "a score is a percentage");
            },
        };
    }

    private static void Check(IReadOnlyList<ArcTaskSet> sets)
    {
        var tasks = sets.SelectMany(set => set.Tasks).ToArray();
        Require(tasks.Length > 0 && tasks.DistinctBy(task => task.Name).Count() == tasks.Length, "there are tasks, each name once");
        foreach (var grid in tasks.SelectMany(task => task.Train.Concat(task.Test)).SelectMany(pair => (ArcGrid?[])[pair.Input, pair.Output]).OfType<ArcGrid>())
        {
            Require(grid.Rows is >= 1 and <= 30 && grid.Columns is >= 1 and <= 30, "sides are 1 to 30");
            Require(grid.Cells.IndexOfAnyExceptInRange((byte)0, (byte)9) < 0, "colours are 0 to 9");
        }
    }

    /// <summary>Counts skipped lines, and ends the input after many: each allocates an exception.</summary>
    private sealed class SkippedLines
    {
        private const int Most = 1000;

        public int Count { get; private set; }

        public void Add(HrmFormatException error) => Count += Count < Most ? 1 : throw error;
    }
}
