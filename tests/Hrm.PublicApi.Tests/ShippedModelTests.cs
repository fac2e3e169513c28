using Hrm.Core;
using Hrm.Puzzles;
using Hrm.TestKit;
using Hrm.Training;

namespace Hrm.PublicApi.Tests;

/// <summary>The model of the samples has the accuracy of its card, on every tenth puzzle of the card's easy list.</summary>
public sealed class ShippedModelTests
{
    private static readonly string Folder = RepositoryFolder.Combine("samples", "models", "sudoku-9x9");
    private static readonly SudokuTask Sudoku = new(SudokuShape.Nine);

    [Fact]
    public void The_code_of_the_card_solves_a_puzzle()
    {
        var (folder, puzzle) = (Folder, ".7.9.8..4.....263.134.6.....8.3.4...3......2...5..6713867.1.9....9....725.3.79...");

        // <shipped-model>
        using var solver = HrmSolver.Load(folder, new SolverOptions { MaxSegments = 64 }, new ConfidenceHalting(0.95));
        var answer = new PuzzleSolver(solver, new SudokuTask()).Solve(puzzle);
        // </shipped-model>

        answer.IsSolution.Should().BeTrue();
        answer.Thinking.Reason.Should().Be(HaltReason.Confident);
    }

    /// <summary>A search finds every puzzle of the sample, a first pass not all of them.</summary>
    [Fact]
    public async Task A_search_solves_hard_puzzles()
    {
        const int Evaluations = 300;
        var puzzles = SudokuCsv.Read(RepositoryFolder.Combine("samples", "data", "sudoku_extreme_like_test.csv"), SudokuShape.Nine).Where((_, row) => row % 400 == 0).ToArray();
        using var solver = HrmSolver.Load(Folder, new SolverOptions { MaxSegments = 16 }, new ConfidenceHalting(0.95));
        var search = new ThinkingSolver(solver, new ThinkingOptions { Evaluations = Evaluations }, Sudoku);

        var answers = await Task.WhenAll(puzzles.Select(puzzle => search.SolveAsync(Sudoku.Encode(puzzle.Question))));

        puzzles.Should().HaveCount(5);
        answers.Select(answer => answer.Tokens).Should().BeEquivalentTo(puzzles.Select(puzzle => Sudoku.Encode(puzzle.Answer)), options => options.WithStrictOrdering());
        answers.Should().OnlyContain(answer => answer.IsSolution == true && answer.Evaluations >= 1 && answer.Evaluations <= Evaluations);
        answers.Should().Contain(answer => answer.Source == AnswerSource.Search);
    }

    [Fact]
    public void Easy_puzzles_and_most_of_seventeen_clues_are_solved_and_halting_is_honest()
    {
        var puzzles = SudokuCsv.Read(RepositoryFolder.Combine("samples", "data", "sudoku_easy_test.csv"), SudokuShape.Nine).Where((_, row) => row % 10 == 0).ToArray();
        var dataset = new InMemoryPuzzleDataset(puzzles.Select(puzzle => Sudoku.ToExample(puzzle)), Sudoku.VocabularySize);
        using var model = HrmModel.Load(Folder);
        var (easy, hard, stopped) = (new List<bool>(), new List<bool>(), new List<bool>());

        new Evaluator(model, 32).Evaluate(dataset, example =>
        {
            var isHard = puzzles[example.Example].Question.GivenCount == 17;
            (isHard ? hard : easy).Add(example.Segments[^1].IsExact);
            var (segment, reason) = example.StopOf(new ConfidenceHalting(0.95));
            if (reason == HaltReason.Confident)
            {
                stopped.Add(segment.IsExact);
            }
        });

        easy.Count.Should().BeGreaterThan(40);
        hard.Count.Should().BeGreaterThan(40);
        Share(easy).Should().Be(1);
        Share(hard).Should().BeGreaterThanOrEqualTo(0.9);
        stopped.Count.Should().BeGreaterThan(80);
        Share(stopped).Should().BeGreaterThanOrEqualTo(0.97);

        static double Share(List<bool> outcomes) => outcomes.Count(isSo => isSo) / (double)outcomes.Count;
    }
}
