"""A network learns three spirals, in the style of the courses that begin with them."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

import animviz  # added

torch.manual_seed(0)
rng = np.random.default_rng(0)
N, K = 100, 3
X, y = np.zeros((N * K, 2), dtype=np.float32), np.zeros(N * K, dtype=np.int64)
for j in range(K):
    r = np.linspace(0.0, 1, N)
    t = np.linspace(j * 4, (j + 1) * 4, N) + rng.normal(size=N) * 0.2
    X[N * j : N * (j + 1)] = np.c_[r * np.sin(t), r * np.cos(t)]
    y[N * j : N * (j + 1)] = j


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(2, 64)
        self.fc2 = nn.Linear(64, 2)
        self.fc3 = nn.Linear(2, K)

    def forward(self, x):
        x = F.relu(self.fc1(x))
        x = torch.tanh(self.fc2(x))
        return self.fc3(x)


model = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
loader = DataLoader(TensorDataset(torch.from_numpy(X), torch.from_numpy(y)), batch_size=50, shuffle=True)

run = animviz.watch(model, "spirals.rec", inputs=X, labels=y, loss=criterion)  # added
for epoch in range(40):
    model.train()
    for inputs, targets in loader:
        optimizer.zero_grad()
        loss = criterion(model(inputs), targets)
        loss.backward()
        optimizer.step()
    run.epoch(loss=loss.item())  # added
run.close()  # added
