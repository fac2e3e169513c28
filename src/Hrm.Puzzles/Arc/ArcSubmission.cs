using System.Text.Json;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>Writes the answers of a vote in the format of the ARC competition: two attempts per test input.</summary>
/// <remarks>
/// <c>{"task": [{"attempt_1": [[…]], "attempt_2": [[…]]}, …], …}</c>: the tasks in the order of the vote, the test inputs in the order
/// of the task. The attempts are the first two candidates that are grids. A single one is written twice; without one, both are
/// <c>[[0]]</c>.
/// </remarks>
public static class ArcSubmission
{
    private static readonly ArcGrid NoAnswer = ArcGrid.Create(1, 1, [0]);

    /// <summary>Writes a submission to a temporary file and renames it: the final name has the whole file or is unchanged.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="result">The result of a vote.</param>
    /// <exception cref="PuzzleFileException">The file cannot be written.</exception>
    public static void Write(string path, ArcVoteResult result)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(result);
        try
        {
            AtomicFile.Write(AtomicFile.FollowLinks(path), stream =>
            {
                using var json = new Utf8JsonWriter(stream);
                Write(json, result);
            });
        }
        catch (HrmFileException e)
        {
            throw new PuzzleFileException(path, $"the submission cannot be written: {(e.InnerException ?? e).Message}", e);
        }
    }

    private static void Write(Utf8JsonWriter json, ArcVoteResult result)
    {
        json.WriteStartObject();
        foreach (var task in result.Tasks)
        {
            json.WriteStartArray(task.Task.Name);
            foreach (var test in task.Tests)
            {
                var attempts = test.Candidates.Select(candidate => candidate.Grid).OfType<ArcGrid>().Take(2).DefaultIfEmpty(NoAnswer).ToArray();
                json.WriteStartObject();
                Write(json, "attempt_1", attempts[0]);
                Write(json, "attempt_2", attempts[^1]);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.Flush();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string attempt, ArcGrid grid)
    {
        json.WriteStartArray(attempt);
        for (var row = 0; row < grid.Rows; row++)
        {
            json.WriteStartArray();
            for (var column = 0; column < grid.Columns; column++)
            {
                json.WriteNumberValue(grid[row, column]);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
