using Hrm.TestKit;

namespace Hrm.SolverService.Tests;

/// <summary>The page in a real browser, operated by the keyboard.</summary>
[Trait("Category", "Browser")]
public sealed class BrowserTests
{
    private const string IsDone = "/after \\d+ segments/.test(document.getElementById('status').textContent)";

    [BrowserFact]
    public async Task A_typed_sudoku_is_solved_segment_by_segment()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9), "--Solver:Limits:MaxSegments", "6");
        await using var page = await BrowserPage.OpenAsync(service.Client.BaseAddress!);
        await page.FocusAsync("#editor input");
        for (var cell = 0; cell < Puzzles.Sudoku.Length; cell++)
        {
            if (Puzzles.Sudoku[cell] != '.')
            {
                await page.PressAsync($"{Puzzles.Sudoku[cell]}");
            }

            await page.PressAsync(cell % 9 < 8 ? "ArrowRight" : "ArrowDown");
            if (cell % 9 == 8)
            {
                await page.PressAsync("Home");
            }
        }

        await page.PressAsync("Enter");
        await page.WaitAsync(IsDone);

        page.Errors.Should().BeEmpty();
        (await page.EvaluateAsync<int>("document.querySelectorAll('#segments > li').length")).Should().Be(6);
        (await page.EvaluateAsync<int>("document.querySelectorAll('#segments > li .grid > span').length")).Should().Be(6 * 81);
        (await page.EvaluateAsync<int>("document.querySelectorAll('#segments meter').length")).Should().Be(12);
        (await page.EvaluateAsync<string>("[...document.querySelectorAll('#editor input')].map(cell => cell.value || '.').join('')")).Should().Be(Puzzles.Sudoku);
        (await page.EvaluateAsync<int>("getComputedStyle(document.querySelector('#segments .grid')).gridTemplateColumns.split(' ').length")).Should().Be(9);
        foreach (var scheme in (string[])["light", "dark"])
        {
            await page.SaveScreenshotAsync(RepositoryFolder.Combine("artifacts", "browser", $"sudoku-{scheme}.png"), scheme);
        }
    }

    [BrowserFact]
    public async Task Givens_in_conflict_are_shown()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Sudoku(9));
        await using var page = await BrowserPage.OpenAsync(service.Client.BaseAddress!);
        await page.FocusAsync("#editor input");
        await page.PressAsync("7", "ArrowRight", "7", "Enter");

        await page.WaitAsync("document.querySelectorAll('#editor .wrong').length === 2");
        (await page.EvaluateAsync<string>("document.getElementById('message').textContent"))
            .Should().Be("puzzle: expected different digits in row 1, column 1 and row 1, column 2, got 7 in both");
    }

    [BrowserFact]
    public async Task A_maze_is_drawn_and_solved()
    {
        await using var service = await RunningService.StartAsync(TinyModels.Maze(5));
        await using var page = await BrowserPage.OpenAsync(service.Client.BaseAddress!);
        await page.FocusAsync("#editor button");
        await page.PressAsync("S", "ArrowRight", " ", "ArrowRight", "G", "ArrowDown", "#");

        (await page.EvaluateAsync<string>("[...document.querySelectorAll('#editor button')].map(cell => cell.ariaLabel.split(': ')[1]).slice(0, 8).join()")).Should().Be("start,wall,goal,free,free,free,free,wall");
        await page.FocusAsync("#solve");
        await page.PressAsync("Enter");
        await page.WaitAsync(IsDone);

        page.Errors.Should().BeEmpty();
        (await page.EvaluateAsync<int>("document.querySelectorAll('#segments > li').length")).Should().Be(3);
        await page.SaveScreenshotAsync(RepositoryFolder.Combine("artifacts", "browser", "maze.png"), "light");
    }
}
